"""What Daybrief promises, each promise with the measurement that shows whether it is kept."""
