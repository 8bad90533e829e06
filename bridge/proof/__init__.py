"""What scores are worth: the book rebuilt as it stood, judged, learnt from, and scored by another card."""
