"""What a verb needs that an extra installs: said in words, before anything else happens."""

from importlib.util import find_spec

from config.errors import ConfigError, Problem


def require(package: str, extra: str, verb: str) -> None:
    """Raise ConfigError when a package is not installed."""
    if find_spec(package) is None:
        mend = f'pip install "csbridge[{extra}]"'
        raise ConfigError([Problem(verb, f"needs {package}, which is not installed", expected=mend)])
