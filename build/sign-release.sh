#!/usr/bin/env bash
# Signs a list of checksums with the Ed25519 key in RELEASE_KEY (PEM), into LIST.sig beside it, and says so for the notes of the
# release. Without a key the release is not signed, and that is said. A key whose public half is not the one that people check
# with (build/release-key.pem; RELEASE_PUBLIC_KEY names another) signs nothing: such a signature would be worth nothing to them.
#
# Usage: bash build/sign-release.sh LIST
set -euo pipefail
list=$1
public=${RELEASE_PUBLIC_KEY:-$(dirname "$0")/release-key.pem}
if [ -z "${RELEASE_KEY:-}" ]; then
  echo 'This release is not signed: there was no key. Its checksums tell a broken download, not who made it.'
  exit 0
fi
if [ ! -f "$public" ]; then
  echo "There is a key to sign with, and no $public to check with. Put its public half there (docs/install.md, Releasing)." >&2
  exit 1
fi
private=$(mktemp)
trap 'rm -f "$private"' EXIT
printf '%s\n' "$RELEASE_KEY" > "$private"
openssl pkeyutl -sign -rawin -inkey "$private" -in "$list" -out "$list.sig"
if ! openssl pkeyutl -verify -rawin -pubin -inkey "$public" -in "$list" -sigfile "$list.sig" > /dev/null; then
  rm -f "$list.sig"
  echo "The key in RELEASE_KEY is not the one of $public. Nothing was signed." >&2
  exit 1
fi
echo 'The checksums are signed (SHA256SUMS.sig). How to check them stands in docs/install.md.'
