"""The stages of a turn: each takes the state and the ports and returns a `TurnUpdate`."""
