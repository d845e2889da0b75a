# cpack makes a Debian package of a release build:
#	cmake --preset release && cmake --build build/release
#	cpack --config build/release/CPackConfig.cmake -B build/release
include(GNUInstallDirs)
install(FILES README.md CHANGELOG.md SECURITY.md LICENSE
	DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}
	FILES_MATCHING PATTERN "*.md" PATTERN "man" EXCLUDE)
install(FILES docs/man/rspd.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES docs/man/rspd.conf.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES share/examples/rspd.conf
	DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
# They name /usr/bin/rspd: for the package, and for who installs there.
install(FILES share/systemd/rspd.service share/systemd/rspd.socket
	DESTINATION lib/systemd/system)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME rspd)
set(CPACK_PACKAGE_CONTACT "rspd maintainers <rspd@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "debug server for gdb and lldb")
set(CPACK_PACKAGE_DESCRIPTION
	"Speaks the GDB Remote Serial Protocol to gdb and lldb over TCP and TLS,
 drives native Linux programs by ptrace, and allocates memory in them.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "gdb, lldb")
include(CPack)
