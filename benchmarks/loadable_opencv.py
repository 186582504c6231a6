"""After an installation: swap OpenCV for its headless build where it cannot load.

The usual wheel needs libGL and glib, which slim machines lack; nothing of cvret opens a
window, so the headless wheel serves as well.
"""

import subprocess
import sys
from importlib.metadata import version


def main() -> None:
    if subprocess.run(
        [sys.executable, "-c", "import cv2"], capture_output=True
    ).returncode:
        wheel = "opencv-contrib-python"
        same = f"{wheel}-headless=={version(wheel)}"
        print(f"{wheel} cannot load here; installing {same} in its place")
        pip = [sys.executable, "-m", "pip"]
        subprocess.run([*pip, "uninstall", "-q", "-y", wheel], check=True)
        subprocess.run([*pip, "install", "-q", same], check=True)


if __name__ == "__main__":
    main()
