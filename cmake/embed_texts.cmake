# Writes OUTPUT, a C file that holds every JSON file of DIRECTORY under its name, as the array of
# struct KIND that HEADER declares:
# cmake -DDIRECTORY=… -DHEADER=core/definition/starter.h -DKIND=starter -DOUTPUT=… -P embed_texts.cmake
file(GLOB files ${DIRECTORY}/*.json)
list(SORT files)
set(texts "")
set(rows "")
foreach(file ${files})
  get_filename_component(name ${file} NAME_WE)
  string(MAKE_C_IDENTIFIER ${name} identifier)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(APPEND texts "static const char ${identifier}[] = {${bytes}0};\n")
  string(APPEND rows "    {\"${name}\", ${identifier}},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"${HEADER}\"\n\n#include <stddef.h>\n\n${texts}
const struct ${KIND} ${KIND}s_embedded[] = {\n${rows}    {NULL, NULL}};\n")
