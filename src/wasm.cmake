# The modules that the pages run, without threads in build/wasm and with them (AFINA_THREADS) in
# build/wasm-threads: afina.mjs and afina.wasm; for bench.html the same and the benchmark,
# afina_bench.mjs and .wasm; for course.html the same and the language model, afina_course.mjs and
# .wasm. Exports are the functions that wasm*.c mark
# EMSCRIPTEN_KEEPALIVE, and malloc and free.
function(afina_module target output)
  add_executable(${target} ${ARGN})
  target_link_libraries(${target} PRIVATE afina_options afina_api)
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME ${output} SUFFIX .mjs RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}
    LINK_DEPENDS ${CMAKE_CURRENT_LIST_FILE})
  # No code is made from strings (DYNAMIC_EXECUTION): the page's policy forbids it. A malloc
  # that fails returns NULL, because memory may grow; the library makes a message of it.
  target_link_options(${target} PRIVATE
    -O3 --no-entry -sMODULARIZE=1 -sEXPORT_ES6=1 -sENVIRONMENT=web,worker -sFILESYSTEM=0
    -sDYNAMIC_EXECUTION=0 -sALLOW_MEMORY_GROWTH=1 -sMAXIMUM_MEMORY=4GB
    -sEXPORTED_FUNCTIONS=_malloc,_free -sEXPORTED_RUNTIME_METHODS=HEAPU8)
  if(AFINA_THREADS)
    # Workers start only while their maker is idle, so they are made before the module is; the page
    # says how many threads there are, with its own. Where one fails to come, the pool is smaller.
    # Memory that is shared and grows makes views slower: nothing hot goes through one.
    target_link_options(${target} PRIVATE -Wno-pthreads-mem-growth
      -sPTHREAD_POOL_SIZE=Module.threads-1 -sPTHREAD_POOL_SIZE_STRICT=2)
  endif()
endfunction()

set(wasm ${CMAKE_CURRENT_LIST_DIR})
set(sources ${wasm}/wasm.c ${wasm}/wasm_analysis.c)
afina_module(afina_wasm afina ${sources})
afina_module(afina_wasm_bench afina_bench ${sources} ${wasm}/wasm_bench.c)
afina_module(afina_wasm_course afina_course ${sources} ${wasm}/wasm_language.c
  ${wasm}/wasm_inside.c ${wasm}/wasm_instruct.c)
