#!/usr/bin/env bash
# Installs the three tools that the tests need beside Node, on Debian and its kin: a C compiler (stub libraries),
# strace (no internet socket is opened), Mesa's software Vulkan. Runs before `npm test`; does nothing where they are there.
set -u

# command → package that has it; Mesa's software Vulkan is known by its description file.
missing=()
command -v cc >/dev/null || missing+=(gcc libc6-dev)
command -v strace >/dev/null || missing+=(strace)
ls /usr/share/vulkan/icd.d/lvp_icd*.json >/dev/null 2>&1 || missing+=(mesa-vulkan-drivers libvulkan1)
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
