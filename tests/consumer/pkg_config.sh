#!/bin/bash
# Builds the consumer with pkg-config alone and runs it.
# usage: pkg_config.sh PREFIX COMPILER SOURCE OUTPUT [FLAGS...]
set -euo pipefail
prefix=$1 compiler=$2 source=$3 output=$4
shift 4
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name lockdep.pc)")
export PKG_CONFIG_PATH
mkdir -p "$(dirname "$output")"
read -ra flags < <(pkg-config --cflags --libs lockdep)
"$compiler" -std=c++20 "$@" "$source" "${flags[@]}" -o "$output"
exec "$output"
