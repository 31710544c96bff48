#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs the library, static and shared, and builds and runs users' projects against it:
#   run.sh <source-dir> <work-dir> [static|shared]
# Then reads the library's symbols: what it exports, and that nothing in it prints or exits.
set -eu

source=$(cd "$1" && pwd)
mkdir -p "$2"
work=$(cd "$2" && pwd)
kinds=${3:-static shared}
here=$source/tests/consumers
cxx=${CXX:-c++}
cc=${CC:-cc}
jobs=${CMAKE_BUILD_PARALLEL_LEVEL:-1}

if command -v ccache >/dev/null; then
  export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
fi

say() { printf '== %s\n' "$*"; }
fail() { printf 'failed: %s\n' "$*" >&2; exit 1; }
# Shows the output of a command only if it fails.
quietly() {
  "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "$*"; }
}

# build_and_run <name> <cmake options>: the CMake user, in a build directory of its own.
build_and_run() {
  name=$1
  shift
  say "$name"
  rm -rf "$work/$name"
  quietly cmake -S "$here/cmake_project" -B "$work/$name" -DCMAKE_BUILD_TYPE=Release "$@"
  quietly cmake --build "$work/$name" -j "$jobs"
  "$work/$name/cxx_user"
  "$work/$name/c_user"
}

# pkg_config_user <prefix>: without CMake.
pkg_config_user() {
  say "pkg-config, $kind"
  export PKG_CONFIG_PATH="$1/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}"
  run_path=-Wl,-rpath,$1/lib
  # Word splitting of pkg-config's answer is what is wanted.
  "$cxx" -std=c++20 "$here/cxx_user.cc" -o "$work/pc_cxx_user" \
    $(pkg-config --cflags --libs simdoptim) "$run_path"
  "$cc" -std=c99 -pedantic -Werror "$here/c_user.c" -o "$work/pc_c_user" \
    $(pkg-config --cflags --libs simdoptim) "$run_path"
  "$work/pc_cxx_user"
  "$work/pc_c_user"
}

# readme_blocks <prefix>: the CMake and shell blocks of README.md, around its first program.
readme_blocks() {
  say "README.md, $kind"
  blocks=$work/readme-$kind
  rm -rf "$blocks"
  python3 "$source/tests/readme/extract_blocks.py" "$source/README.md" "$blocks" >/dev/null
  cp "$blocks/block_1.cpp" "$blocks/engine.cc"
  ln -s "$source" "$blocks/simdoptim"
  seen=0
  for block in "$blocks"/*.cmake; do
    cat >"$blocks/CMakeLists.txt" <<EOF
cmake_minimum_required(VERSION 3.25)
project(engine LANGUAGES C CXX)
add_executable(engine engine.cc)
$(cat "$block")
EOF
    quietly cmake -S "$blocks" -B "$block.build" -DCMAKE_PREFIX_PATH="$1" -DBUILD_SHARED_LIBS=$shared
    quietly cmake --build "$block.build" -j "$jobs"
    "$block.build/engine" | diff - "$blocks/block_1.cpp.expected" || fail "$block"
    seen=$((seen + 1))
  done
  for block in "$blocks"/*.sh; do
    # The scripts of this project are run elsewhere; here they must be there.
    grep -o '^script/[a-z]*' "$block" | while read -r script; do test -x "$source/$script"; done
    grep -v '^script/' "$block" >"$block.rest" || continue
    (cd "$blocks" && PKG_CONFIG_PATH="$1/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}" sh -eu "$block.rest" &&
      LD_LIBRARY_PATH="$1/lib" ./a.out | diff - block_1.cpp.expected) || fail "$block"
    seen=$((seen + 1))
  done
  test "$seen" -ge 3 || fail "README.md has lost its blocks"
  printf '%s blocks\n' "$seen"
}

# The shared library exports the C interface and simdoptim::v1, and nothing else.
check_exports() {
  say "exports of $1"
  nm -D --defined-only "$1" | awk '{print $NF}' | c++filt >"$work/exports"
  grep -q '^simdoptim_optimizer_step$' "$work/exports" || fail "the C interface is not exported"
  grep -q '^simdoptim::v1::Optimizer::Step()$' "$work/exports" || fail "C++ is not exported"
  if grep -v -E '^simdoptim_[a-z0-9_]+$' "$work/exports" |
    grep -v -E '^((typeinfo|typeinfo name|vtable) for )?simdoptim::v1::' ||
    grep -E 'Optimizer::Impl' "$work/exports"; then
    fail "the symbols above are exported, and should not be"
  fi
  # Each function of the header, by name.
  grep -o -E '\bsimdoptim_[a-z0-9_]+\(' "$source/include/simdoptim/simdoptim_c.h" | tr -d '(' |
    sort -u >"$work/declared"
  grep -E '^simdoptim_' "$work/exports" | sort -u >"$work/exported"
  diff "$work/declared" "$work/exported" || fail "declared and exported functions differ"
  printf '%s C functions, %s C++ symbols\n' "$(wc -l <"$work/exported")" \
    "$(grep -c 'simdoptim::v1' "$work/exports")"
}

# No function that prints, exits or aborts is called from our objects. (std::terminate behind
# noexcept is the C++ runtime's, and Highway's own objects are Highway's.)
check_calls() {
  say "calls from $1"
  nm -u "$1" | awk '{print $2}' | sed 's/@.*//' | sort -u >"$work/undefined"
  banned='_?_?(f|v|vf|d|s|sn|vs|vsn|as|vas)?w?printf(_chk)?|f?puts|f?putc|putchar|perror|fwrite'
  banned="$banned|fputs_unlocked|write|syslog|stdout|stderr|abort|_?exit|_Exit|quick_exit"
  banned="$banned|__assert_fail|__assert|raise|kill|signal|sigaction|system"
  banned="$banned|_ZSt(4cout|4cerr|4clog|5wcout|5wcerr)|_ZSt21__glibcxx_assert_fail.*"
  banned="$banned|_ZNSt8ios_base4InitC[12]Ev|_ZN3hwy5AbortE.*"
  if grep -x -E "$banned" "$work/undefined"; then fail "$1 calls the functions above"; fi
  printf '%s functions called, none of them prints, exits or aborts\n' "$(wc -l <"$work/undefined")"
}

for kind in $kinds; do
  shared=OFF
  if [ "$kind" = shared ]; then shared=ON; fi
  prefix=$work/prefix-$kind
  say "install, $kind"
  rm -rf "$prefix"
  quietly cmake -S "$source" -B "$work/build-$kind" -DCMAKE_BUILD_TYPE=Release \
    -DBUILD_SHARED_LIBS=$shared -DSIMDOPTIM_TESTS=OFF -DSIMDOPTIM_BENCH=OFF \
    -DSIMDOPTIM_EXAMPLES=OFF -DCMAKE_INSTALL_PREFIX="$work/elsewhere" -DCMAKE_INSTALL_LIBDIR=lib
  quietly cmake --build "$work/build-$kind" -j "$jobs"
  # Moved: configured for one prefix, installed into another.
  quietly cmake --install "$work/build-$kind" --prefix "$prefix"
  test -f "$prefix/share/doc/simdoptim/LICENSE" || fail "the licence is not installed"
  if grep -r "$source" "$prefix/lib/cmake" "$prefix/lib/pkgconfig"; then
    fail "installed files name the source directory"
  fi

  build_and_run "find_package-$kind" -DSIMDOPTIM_FROM=find_package -DCMAKE_PREFIX_PATH="$prefix"
  pkg_config_user "$prefix"
  readme_blocks "$prefix"
  for from in add_subdirectory FetchContent; do
    build_and_run "$from-$kind" -DSIMDOPTIM_FROM=$from -DSIMDOPTIM_SOURCE="$source" \
      -DBUILD_SHARED_LIBS=$shared
  done

  if [ "$kind" = shared ]; then
    check_exports "$prefix/lib/libsimdoptim.so"
  else
    check_calls "$prefix/lib/libsimdoptim.a"
  fi
done
say "all consumers are well"
