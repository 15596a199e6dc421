# Writes OUTPUT, a C file that holds every SQL file of DIRECTORY, so that the program is whole by
# itself: cmake -DDIRECTORY=… -DOUTPUT=… -P embed_migrations.cmake
file(GLOB files ${DIRECTORY}/*.sql)
list(SORT files)
set(texts "")
set(rows "")
set(wanted 1)
foreach(file ${files})
  get_filename_component(name ${file} NAME_WE)
  if(NOT name MATCHES "^([0-9][0-9][0-9][0-9])_[a-z0-9_]+$")
    message(FATAL_ERROR "${file}: a migration is named NNNN_what_it_does.sql")
  endif()
  string(REGEX REPLACE "^0*([0-9]+)_.*$" "\\1" version ${name})
  if(NOT version EQUAL wanted)
    message(FATAL_ERROR "${file}: migration ${wanted} is missing or there twice")
  endif()
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(APPEND texts "static const char sql_${version}[] = {${bytes}0};\n")
  string(APPEND rows "    {${version}, \"${name}\", sql_${version}},\n")
  math(EXPR wanted "${wanted} + 1")
endforeach()
math(EXPR count "${wanted} - 1")
file(WRITE ${OUTPUT} "#include \"store/pg/migrate.h\"\n\n${texts}
static const struct migration items[] = {\n${rows}    {0, NULL, NULL}};

const struct migrations migrations_embedded = {items, ${count}};\n")
