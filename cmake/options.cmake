# Compiler options that every target of ours shares.
if(AFINA_THREADS)
  # For all objects, cJSON's too: memory is shared by all of a module or by none.
  add_compile_options(-pthread)
  add_link_options(-pthread)
endif()
add_library(afina_options INTERFACE)
target_compile_options(afina_options INTERFACE
  -ffp-contract=off -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wvla -Werror)
target_compile_definitions(afina_options INTERFACE
  _POSIX_C_SOURCE=200809L AFINA_VERSION="${PROJECT_VERSION}")
if(AFINA_SANITIZE)
  target_compile_options(afina_options INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(afina_options INTERFACE -fsanitize=address,undefined)
endif()
if(AFINA_FUZZ)
  target_compile_options(afina_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(EMSCRIPTEN)
  target_compile_options(afina_options INTERFACE -msimd128)
endif()
