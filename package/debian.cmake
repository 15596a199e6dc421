# What is installed, and the Debian package that `cpack -G DEB` (script/package) makes of it.
include(GNUInstallDirs)
install(TARGETS baton)
install(FILES README.md docs/operations.md docs/secrets.md docs/http.md TYPE DOC)
install(FILES package/baton.service DESTINATION /lib/systemd/system)
install(FILES package/environment DESTINATION /etc/baton PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ)

set(CPACK_GENERATOR DEB)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_CONTACT "The Baton maintainers <baton@baton.example>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "where marketing passes leads to sales")
set(CPACK_PACKAGE_DESCRIPTION "Baton holds the lead definition that marketing and sales have signed, judges every lead by it,
passes leads on as handoffs that are accepted or rejected with a reason, and answers who
contributed what.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "tzdata, ca-certificates, passwd, init-system-helpers")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "postgresql-15")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
foreach(script conffiles postinst prerm postrm)
  list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_SOURCE_DIR}/package/${script})
endforeach()
include(CPack)
