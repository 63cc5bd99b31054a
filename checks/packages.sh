#!/bin/sh
# Install the Debian packages that make targets need, unattended.
#
#   sh checks/packages.sh [GROUP ...]     all groups if none is named
#
# Only missing packages are installed: by root directly, by other users with sudo if it asks for no
# password. Otherwise the command to run is printed, and the exit code is 1.
set -eu

PYTHON=${PYTHON:-python3}
library=$("$PYTHON" -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
headers=$("$PYTHON" -c 'import sysconfig; print(sysconfig.get_config_var("INCLUDEPY"))')
sounds=/usr/share/sounds/sf2

# For each package: the groups that need it, what shows that it is installed, and its name. What
# shows it is a program, a path, or a shared library.
list() {
    cat <<END
venv            $library/ensurepip          python3-venv
build           $headers/Python.h           python3-dev
build,test      g++                         g++
test,dist       vamp-simple-host            vamp-examples
test            /usr/include/vamp/vamp.h    vamp-plugin-sdk
test            git                         git
test            exiftool                    libimage-exiftool-perl
test,fuzz       ffmpeg                      ffmpeg
test            sonic-visualiser            sonic-visualiser
test            audacity                    audacity
test            Xvfb                        xvfb
test            xdotool                     xdotool
test            fluidsynth                  fluidsynth
test            $sounds/TimGM6mb.sf2        timgm6mb-soundfont
test            timidity                    timidity
test            /etc/timidity/freepats.cfg  freepats
container       /usr/sbin/debootstrap       debootstrap
END
    if ! grep -qsx 'ID=ubuntu' /etc/os-release; then
        echo "test /usr/bin/chromium chromium"
        return
    fi
    # Ubuntu has Chromium only as a snap, which can't read the tests' temporary folders. Playwright
    # downloads its own, which needs these.
    cat <<END
test            libnss3.so                  libnss3
test            libatk-bridge-2.0.so.0      libatk-bridge2.0-0
test            libcups.so.2                libcups2
test            libcairo.so.2               libcairo2
test            libgbm.so.1                 libgbm1
test            libpango-1.0.so.0           libpango-1.0-0
test            libXcomposite.so.1          libxcomposite1
test            libXdamage.so.1             libxdamage1
END
}

is_installed() {
    case "$1" in
    /*) [ -e "$1" ] ;;
    lib*.so*) /sbin/ldconfig -p | grep -qF "$1 " ;;
    *) command -v "$1" >/dev/null ;;
    esac
}

# Print the missing packages of some groups, or of all, a blank after each.
missing() {
    list | while read -r groups evidence package; do
        wanted=$#
        for group in "$@"; do
            case ",$groups," in *",$group,"*) wanted=0 ;; esac
        done
        if [ "$wanted" = 0 ] && ! is_installed "$evidence"; then
            printf '%s ' "$package"
        fi
    done
}

packages=$(missing "$@")
[ -n "$packages" ] || exit 0
case "$*" in venv) command="sudo apt-get install $packages" ;; *) command="sudo make hosts" ;; esac
if ! command -v apt-get >/dev/null; then
    echo "Missing: ${packages% }. These are Debian's names of packages; this system has no apt-get" \
        "to install them." >&2
    exit 1
elif [ "$(id -u)" = 0 ]; then
    sudo=
elif sudo -n true 2>/dev/null; then
    sudo="sudo -n"
else
    echo "Missing packages: ${packages% }. To install them, run: ${command% }" >&2
    exit 1
fi
echo "Installing with apt-get: ${packages% }."
# The lists that are there may do. Another process may hold the lock, such as unattended upgrades.
$sudo apt-get -o DPkg::Lock::Timeout=600 update -qq </dev/null || true
# shellcheck disable=SC2086 # Several words each.
$sudo env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 \
    install -qq -y --no-install-recommends $packages </dev/null
packages=$(missing "$@")
if [ -n "$packages" ]; then
    echo "After apt-get install, still missing: ${packages% }." >&2
    exit 1
fi
