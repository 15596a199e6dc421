# Writes OUTPUT, a C file that holds INPUT (openapi.yaml) and its ETag:
# cmake -DINPUT=… -DOUTPUT=… -P embed_openapi.cmake
file(READ ${INPUT} hex HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
file(SHA256 ${INPUT} digest)
string(SUBSTRING ${digest} 0 16 tag)
file(WRITE ${OUTPUT} "#include \"http/openapi_embedded.h\"\n
const char openapi_text[] = {${bytes}0};
const size_t openapi_len = sizeof openapi_text - 1;
const char openapi_etag[] = \"\\\"${tag}\\\"\";\n")
