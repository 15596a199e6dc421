# Writes OUTPUT, a C file that holds every JSON file of DIRECTORY under its name:
# cmake -DDIRECTORY=… -DOUTPUT=… -P embed_starters.cmake
file(GLOB files ${DIRECTORY}/*.json)
list(SORT files)
set(texts "")
set(rows "")
foreach(file ${files})
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(APPEND texts "static const char ${name}[] = {${bytes}0};\n")
  string(APPEND rows "    {\"${name}\", ${name}},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"core/definition/starter.h\"\n\n#include <stddef.h>\n\n${texts}
const struct starter starters_embedded[] = {\n${rows}    {NULL, NULL}};\n")
