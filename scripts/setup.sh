#!/bin/sh
# Sets initviz up in .venv, in the checkout, with the versions that constraints.txt pins.
#
#   scripts/setup.sh run              what the window needs
#   scripts/setup.sh EXTRA            and what one extra of pyproject.toml adds: test, lint, bench, dev
#   scripts/setup.sh apt PACKAGE...   Debian packages only
#
# PYTHON names the interpreter that .venv is made from. make calls this script, and only when
# .venv/ready-EXTRA is older than pyproject.toml, constraints.txt or this file.
set -eu
cd "$(dirname "$0")/.."

say() { printf 'initviz: %s\n' "$*"; }
die() { say "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# ---- Debian packages ---------------------------------------------------------------------------

apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 "$@"
}

apt_install() {
    has apt-get || return 1
    [ "$(id -u)" = 0 ] || has sudo || return 1
    say "installing Debian packages: $*"
    apt_get update || say "the list of packages could not be refreshed; trying with the old one"
    apt_get install -y --no-install-recommends "$@" && return
    # An installation that was cut off leaves packages that wait to be configured.
    as_root dpkg --configure -a && apt_get install -y --no-install-recommends "$@"
}

# The packages of constraints.txt whose library the system lacks.
missing_packages() {
    [ "$(uname -s)" = Linux ] || return 0
    { PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null; cat constraints.txt; } |
        awk '$1 == "#:" && $2 == "apt" { if (!($4 in present)) print $3; next } { present[$1] }' |
        xargs
}

install_qt_libraries() {
    missing=$(missing_packages)
    [ -n "$missing" ] || return 0
    # shellcheck disable=SC2086  # a list of words
    apt_install $missing || say "could not install the libraries that Qt needs. $(cure)"
}

cure() {
    if has apt-get; then
        echo "Run this as root: apt-get install --no-install-recommends $missing"
    else
        echo "Install what your system calls these: $missing"
    fi
}

# ---- Python ------------------------------------------------------------------------------------

suits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null; }

# Sets python: PYTHON where it is given, else the first interpreter that is new enough.
find_python() {
    for python in "${PYTHON:-python3}" python3.13 python3.12 python3.14 python3.11; do
        if has "$python" && suits "$python"; then return; fi
        [ -z "${PYTHON:-}" ] || break
    done
    found=$("${PYTHON:-python3}" --version 2>&1) || found="no Python at all"
    case $(uname -s) in
        Darwin) cure="install one with: brew install python@3.13" ;;
        *) cure="install one, on Debian or Ubuntu with: apt-get install python3.12 python3.12-venv" ;;
    esac
    die "needs Python 3.11 to 3.14 and found $found as ${PYTHON:-python3};" \
        "$cure (then name it, if need be: make run PYTHON=python3.12)."
}

make_environment() {
    find_python
    case $("$python" -c 'import platform as p; print(p.system(), p.machine())') in
        "Darwin x86_64") die "PyTorch has no current build for Macs with an Intel processor." ;;
    esac
    if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
        package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        apt_install "$package" && "$python" -c 'import venv, ensurepip' 2>/dev/null ||
            die "$python cannot make virtual environments, since its modules venv and ensurepip" \
                "are missing; on Debian or Ubuntu, run this as root: apt-get install $package"
    fi
    say "making .venv from $("$python" --version)"
    rm -rf .venv
    mkdir -p .venv/unfinished
    "$python" -m venv .venv
}

pip_install() {
    .venv/bin/python -m pip install --disable-pip-version-check --no-input \
        --constraint constraints.txt "$@"
}

# ---- the set-up --------------------------------------------------------------------------------

set_up() {
    if [ -e .venv/unfinished ]; then
        say "the last set-up was cut off; starting afresh"
        make_environment
    elif ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
        make_environment
    fi

    # While .venv changes nothing in it is ready: the marks wait in .venv/unfinished.
    mkdir -p .venv/unfinished
    for mark in .venv/ready-*; do
        [ ! -e "$mark" ] || mv "$mark" .venv/unfinished/
    done

    install_qt_libraries
    say "installing Python packages; the first time, this takes some minutes"
    pip_install hatchling
    case $1 in
        run) pip_install --no-build-isolation --editable . ;;
        *) pip_install --no-build-isolation --editable ".[$1]" ;;
    esac
    for mark in .venv/unfinished/ready-*; do
        [ ! -e "$mark" ] || mv "$mark" .venv/
    done
    rmdir .venv/unfinished

    [ -z "$missing" ] || .venv/bin/python -c 'import PySide6.QtWidgets' ||
        die "Qt does not start. $(cure)"
    touch .venv/ready-run ".venv/ready-$1"
}

case ${1:-} in
    run | test | lint | bench | dev) set_up "$1" ;;
    apt)
        shift
        apt_install "$@" || die "run this as root: apt-get install --no-install-recommends $*"
        ;;
    *) die "usage: scripts/setup.sh run|test|lint|bench|dev, or scripts/setup.sh apt PACKAGE..." ;;
esac
