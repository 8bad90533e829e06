"""Our own one-click survey: signed links, the page behind them, and what was answered on it."""
