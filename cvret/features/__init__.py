"""Pixels to numbers: color, texture, keypoints, patches."""
