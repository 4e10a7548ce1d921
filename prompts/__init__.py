"""What the model is asked: one Markdown file per prompt, in Chinese."""
