#!/usr/bin/env bash
# Installs what the tests need beside Node, on Debian and its kin: a C compiler (stub libraries), strace (no internet
# socket is opened), Mesa's software Vulkan, Chromium (the window), a screen that nobody sees, what an Electron needs of the
# system, pip; and fetches that Electron. Runs before `npm test`; does nothing where they are there.
set -u

# An Electron for the tests under tests/e2e; without it they fail and say so.
trap 'bash "$(dirname "$0")/../tests/e2e/fetch-runtime.sh" || echo "The tests under tests/e2e have no Electron to start." >&2' EXIT

# command → package that has it; Mesa's software Vulkan is known by its description file.
missing=()
command -v cc >/dev/null || missing+=(gcc libc6-dev)
command -v strace >/dev/null || missing+=(strace)
ls /usr/share/vulkan/icd.d/lvp_icd*.json >/dev/null 2>&1 || missing+=(mesa-vulkan-drivers libvulkan1)
[ -n "${MODERATO_CHROMIUM:-}" ] || command -v chromium chromium-browser google-chrome >/dev/null || missing+=(chromium)
command -v Xvfb >/dev/null || missing+=(xvfb)
python3 -m pip --version >/dev/null 2>&1 || missing+=(python3-pip)
# library → package; newer releases of Debian add t64 to some names.
for pair in libgtk-3.so.0:libgtk-3-0 libnss3.so:libnss3 libasound.so.2:libasound2 libgbm.so.1:libgbm1; do
  ldconfig -p 2>/dev/null | grep -q "${pair%%:*} " && continue
  package=${pair#*:}
  apt-cache show "${package}t64" >/dev/null 2>&1 && package=${package}t64
  missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}")
if ! command -v apt-get >/dev/null; then
  echo "The tests need ${missing[*]} (names of Debian's packages); those that miss their tool will fail." >&2
elif [ "$(id -u)" -eq 0 ]; then
  apt-get update -qq && "${install[@]}" >/dev/null || echo "Could not install ${missing[*]}; the tests that need them will fail." >&2
elif sudo -n true 2>/dev/null; then
  sudo apt-get update -qq && sudo "${install[@]}" >/dev/null || echo "Could not install ${missing[*]}; the tests that need them will fail." >&2
else
  echo "The tests need more than Node: sudo apt-get install ${missing[*]}" >&2
fi
exit 0
