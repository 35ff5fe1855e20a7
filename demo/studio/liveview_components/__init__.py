"""The handlers of the demo; liveview finds them when Django starts."""
