# The module that the page runs: build/wasm/afina.mjs and afina.wasm, and the same with threads
# (AFINA_THREADS) in build/wasm-threads. Exports are the functions that wasm.c marks
# EMSCRIPTEN_KEEPALIVE, and malloc and free.
add_executable(afina_wasm ${CMAKE_CURRENT_LIST_DIR}/wasm.c)
target_link_libraries(afina_wasm PRIVATE afina_options afina_api)
set_target_properties(afina_wasm PROPERTIES
  OUTPUT_NAME afina SUFFIX .mjs RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}
  LINK_DEPENDS ${CMAKE_CURRENT_LIST_FILE})
# No code is made from strings (DYNAMIC_EXECUTION): the page's policy forbids it. A malloc
# that fails returns NULL, because memory may grow; the library makes a message of it.
target_link_options(afina_wasm PRIVATE
  -O3 --no-entry -sMODULARIZE=1 -sEXPORT_ES6=1 -sENVIRONMENT=web,worker -sFILESYSTEM=0
  -sDYNAMIC_EXECUTION=0 -sALLOW_MEMORY_GROWTH=1 -sMAXIMUM_MEMORY=4GB
  -sEXPORTED_FUNCTIONS=_malloc,_free -sEXPORTED_RUNTIME_METHODS=HEAPU8)
if(AFINA_THREADS)
  # Workers start only while their maker is idle, so they are made before the module is; the page
  # says how many threads there are, with its own. Where one fails to come, the pool is smaller.
  # Memory that is shared and grows makes views slower: nothing hot goes through one.
  target_link_options(afina_wasm PRIVATE -Wno-pthreads-mem-growth
    -sPTHREAD_POOL_SIZE=Module.threads-1 -sPTHREAD_POOL_SIZE_STRICT=2)
endif()
