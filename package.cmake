# SPDX-License-Identifier: Apache-2.0
# Installation, and Debian packages: rspd, libdatatarget0, libdatatarget-dev.
#	cmake --preset package && cmake --build build/package
#	cpack --config build/package/CPackConfig.cmake -B build/package
include(GNUInstallDirs)

# Debian wants these compressed; everywhere man reads them so.  -n: no times.
find_program(GZIP gzip)
function(install_compressed file name destination component)
	set(out ${PROJECT_BINARY_DIR}/compressed/${component}/${name}.gz)
	cmake_path(GET out PARENT_PATH folder)
	file(MAKE_DIRECTORY ${folder})
	add_custom_command(OUTPUT ${out} DEPENDS ${file} VERBATIM
		COMMAND sh -c "'${GZIP}' -9nc '${file}' >'${out}'")
	add_custom_target(compressed_${component}_${name} ALL DEPENDS ${out})
	install(FILES ${out} DESTINATION ${destination} COMPONENT ${component})
endfunction()

# What every Debian package has: whose it is, and which one it is.
configure_file(share/debian/changelog.in debian-changelog @ONLY)
function(install_notices component package)
	set(doc ${CMAKE_INSTALL_DATADIR}/doc/${package})
	install(FILES ${PROJECT_SOURCE_DIR}/share/debian/copyright
		DESTINATION ${doc} COMPONENT ${component})
	install_compressed(${PROJECT_BINARY_DIR}/debian-changelog changelog
		${doc} ${component})
endfunction()

install(FILES README.md CHANGELOG.md SECURITY.md
	DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT server)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT server
	FILES_MATCHING PATTERN "*.md" PATTERN "man" EXCLUDE
	PATTERN "examples" EXCLUDE)
install(FILES share/examples/rspd.conf docs/examples/allocate.c
	DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples COMPONENT server)
install_compressed(${PROJECT_SOURCE_DIR}/docs/man/rspd.1 rspd.1
	${CMAKE_INSTALL_MANDIR}/man1 server)
install_compressed(${PROJECT_SOURCE_DIR}/docs/man/rspd.conf.5 rspd.conf.5
	${CMAKE_INSTALL_MANDIR}/man5 server)
install_notices(server rspd)
install(FILES share/rspd_gdb.py share/rspd_lldb.py
	DESTINATION ${CMAKE_INSTALL_DATADIR}/rspd COMPONENT server)
install(FILES share/bash-completion/rspd
	DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
	COMPONENT server)
# They name /usr/bin/rspd: for the package, and for who installs there.
install(FILES share/systemd/rspd.service share/systemd/rspd.socket
	DESTINATION lib/systemd/system COMPONENT server)
if(RSPD_CLIENT)
	install_notices(library libdatatarget0)
	install_notices(development libdatatarget-dev)
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME rspd)
set(CPACK_PACKAGE_CONTACT "rspd maintainers <maintainers@rspd.invalid>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL server)
if(RSPD_CLIENT)
	list(APPEND CPACK_COMPONENTS_ALL library development)
endif()
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)

set(CPACK_DEBIAN_SERVER_PACKAGE_NAME rspd)
set(CPACK_DEBIAN_SERVER_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_SERVER_PACKAGE_SUGGESTS "gdb, lldb")
set(CPACK_COMPONENT_SERVER_DESCRIPTION "debug server for gdb and lldb
Speaks the GDB Remote Serial Protocol to gdb and lldb over TCP and TLS,
 drives native Linux programs by ptrace, and allocates memory in them.")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libdatatarget0)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_COMPONENT_LIBRARY_DESCRIPTION "client library of the debug server rspd
Memory, allocation, strings, contexts, thread-local values and stack frames
 of a process, over a connection to rspd.")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA
	${PROJECT_SOURCE_DIR}/share/debian/triggers)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libdatatarget-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
	"libdatatarget0 (= ${PROJECT_VERSION})")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
	"client library of the debug server rspd: headers
What programs need to be built with libdatatarget.")
include(CPack)
