#!/bin/sh
# Lays out the files of an image: image.sh PROGRAM FOLDER. Called by the Dockerfile, and by a test that runs the result.
set -eu
program=$1 image=$2

mkdir -p "$image/usr/local/bin" "$image/etc/ssl/certs" "$image/tmp"
chmod 1777 "$image/tmp"
cp "$program" "$image/usr/local/bin/"

# What it is linked to, the loader included, at the paths where the loader looks.
ldd "$program" | grep -o '/[^ ]*' | while read -r library; do
    mkdir -p "$image$(dirname "$library")"
    cp -L "$library" "$image$library"
done

cp -L /etc/ssl/certs/ca-certificates.crt "$image/etc/ssl/certs/"
echo 'nonroot:x:65532:65532:nonroot:/:/' > "$image/etc/passwd"
echo 'nonroot:x:65532:' > "$image/etc/group"
# Without it the C library asks DNS before /etc/hosts.
echo 'hosts: files dns' > "$image/etc/nsswitch.conf"
