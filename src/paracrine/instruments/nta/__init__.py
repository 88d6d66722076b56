"""Parts of the virtual particle-tracking instrument: scene, sizes, motion, contrast, camera."""
