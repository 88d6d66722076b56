"""Video containers: one module each; `readers/video_file.py` chooses."""
