"""The window: model (state), runner (threads), player (time), and the widgets around them."""
