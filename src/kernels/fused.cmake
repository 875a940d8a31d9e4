# The fused set's product for the page. `f32x4.relaxed_madd` is not in every Emscripten, so
# simd_gemm.c and simd_pack.c are compiled by a clang that has it into a module of its own, which
# shares the main module's memory and travels inside its JavaScript (fused_library.mjs). Whether the
# engine fuses is found out at start (find.c); without such a clang, or in an engine without relaxed
# SIMD, the page runs the plain set.
find_program(AFINA_NODE NAMES node nodejs REQUIRED)
find_program(AFINA_RELAXED_CLANG NAMES clang-22 clang-21 clang-20 clang-19 clang
  HINTS ${EMSCRIPTEN_ROOT_PATH}/../bin)
file(REAL_PATH "${AFINA_RELAXED_CLANG}" real_clang)
get_filename_component(clang_folder "${real_clang}" DIRECTORY)
find_program(AFINA_RELAXED_LD NAMES wasm-ld HINTS ${clang_folder})

set(fused ${CMAKE_CURRENT_BINARY_DIR}/fused)
set(fused_compile ${AFINA_RELAXED_CLANG} --target=wasm32-unknown-emscripten -std=c11 -O3
  -mllvm -pre-RA-sched=source # see CMakeLists.txt
  -ffp-contract=off -ffreestanding -fno-builtin -msimd128 -mrelaxed-simd -matomics -mbulk-memory
  -DAFINA_SET=fused -DAFINA_FUSED -I${PROJECT_SOURCE_DIR}/src/base -I${CMAKE_CURRENT_SOURCE_DIR}
  -isystem ${AFINA_DEPS}/include -isystem ${EMSCRIPTEN_SYSROOT}/include)
set(fused_link ${AFINA_RELAXED_LD} --no-entry --strip-all --import-memory
  --export=afina_fused_gemm --export=afina_fused_tile)
if(AFINA_THREADS)
  list(APPEND fused_link --shared-memory --max-memory=4294967296)
endif()

set(fused_module)
execute_process(COMMAND ${fused_compile} -fsyntax-only ${CMAKE_CURRENT_SOURCE_DIR}/simd_gemm.c
  RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
if(failed OR NOT AFINA_RELAXED_LD)
  message(WARNING "no clang with relaxed SIMD (19 or later, and its wasm-ld): the page will have "
    "plain numerics only. scripts/setup installs one.")
else()
  set(fused_objects)
  foreach(part gemm pack)
    set(object ${fused}_${part}.o)
    add_custom_command(OUTPUT ${object}
      COMMAND ${fused_compile} -MD -MT ${object} -MF ${object}.d
        -c ${CMAKE_CURRENT_SOURCE_DIR}/simd_${part}.c -o ${object}
      DEPENDS simd_${part}.c fused.cmake DEPFILE ${object}.d)
    list(APPEND fused_objects ${object})
  endforeach()
  set(fused_module ${fused}.wasm ${fused_objects})
  add_custom_command(OUTPUT ${fused}.wasm
    COMMAND ${fused_link} ${fused_objects} -o ${fused}.wasm DEPENDS ${fused_objects})
endif()
add_custom_command(OUTPUT ${fused}.js
  COMMAND ${AFINA_NODE} ${CMAKE_CURRENT_SOURCE_DIR}/fused_library.mjs ${fused}.js ${fused_module}
  DEPENDS fused_library.mjs ${fused_module})
add_custom_target(afina_fused_library DEPENDS ${fused}.js)
add_dependencies(afina_kernels afina_fused_library)
target_link_options(afina_kernels PUBLIC "SHELL:--js-library ${fused}.js")
