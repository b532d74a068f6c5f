# Vendor libraries, each behind one interface target. A room links only those its import rules allow (tests/house).
if(TAMARACK_STATIC)
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a .so)
  set(OPENSSL_USE_STATIC_LIBS ON)
endif()
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_library(SQLITE3_LIBRARY sqlite3 REQUIRED)
find_library(SQLITECPP_LIBRARY SQLiteCpp REQUIRED)
find_library(PUGIXML_LIBRARY pugixml REQUIRED)
find_library(ZLIB_LIBRARY z REQUIRED)
find_library(BOOST_JSON_LIBRARY boost_json REQUIRED)
find_library(BOOST_CONTAINER_LIBRARY boost_container REQUIRED)
find_library(HIREDIS_LIBRARY hiredis REQUIRED)
find_library(RABBITMQ_LIBRARY rabbitmq REQUIRED)
find_path(LIBPQ_INCLUDE_DIR postgresql/libpq-fe.h REQUIRED)

# Debian ships only a shared libfmt, so its one source is compiled here; the headers stay Debian's.
add_library(vendor_fmt STATIC ${CMAKE_CURRENT_LIST_DIR}/vendor/fmt.cpp)
target_compile_options(vendor_fmt PRIVATE -w)

# Asio and Beast are compiled once (separate compilation); the macros must be the same everywhere, so they are PUBLIC.
add_library(vendor_asio STATIC ${CMAKE_CURRENT_LIST_DIR}/vendor/asio.cpp)
target_compile_definitions(vendor_asio PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE)
target_compile_options(vendor_asio PRIVATE -w)
target_link_libraries(vendor_asio PUBLIC OpenSSL::SSL OpenSSL::Crypto Threads::Threads)

add_library(vendor_toml STATIC ${CMAKE_CURRENT_LIST_DIR}/vendor/toml.cpp)
target_compile_definitions(vendor_toml PUBLIC TOML_HEADER_ONLY=0 TOML_EXCEPTIONS=0)
target_compile_options(vendor_toml PRIVATE -w)

add_library(vendor_cli INTERFACE)  # CLI11: headers alone
add_library(vendor_json INTERFACE)
target_link_libraries(vendor_json INTERFACE ${BOOST_JSON_LIBRARY} ${BOOST_CONTAINER_LIBRARY})

add_library(vendor_sqlite INTERFACE)
target_link_libraries(vendor_sqlite INTERFACE ${SQLITECPP_LIBRARY} ${SQLITE3_LIBRARY} Threads::Threads ${CMAKE_DL_LIBS})

add_library(vendor_xml INTERFACE)
target_link_libraries(vendor_xml INTERFACE ${PUGIXML_LIBRARY})

add_library(vendor_crypto INTERFACE)
target_link_libraries(vendor_crypto INTERFACE OpenSSL::Crypto ${CMAKE_DL_LIBS})

add_library(vendor_hiredis INTERFACE)  # its reader of answers alone
target_link_libraries(vendor_hiredis INTERFACE ${HIREDIS_LIBRARY})

# Headers alone: the library is loaded when something of PostgreSQL is asked for, so that the binary starts without it, and its OpenSSL never
# meets ours.
add_library(vendor_libpq INTERFACE)
target_include_directories(vendor_libpq SYSTEM INTERFACE ${LIBPQ_INCLUDE_DIR})

add_library(vendor_rabbitmq INTERFACE)
target_link_libraries(vendor_rabbitmq INTERFACE ${RABBITMQ_LIBRARY} OpenSSL::SSL OpenSSL::Crypto Threads::Threads)

add_library(vendor_zlib INTERFACE)
target_link_libraries(vendor_zlib INTERFACE ${ZLIB_LIBRARY})

if(TAMARACK_TESTS)
  find_package(GTest REQUIRED)
  find_library(RAPIDCHECK_LIBRARY rapidcheck REQUIRED)
  find_library(BENCHMARK_LIBRARY benchmark REQUIRED)
  add_library(vendor_rapidcheck INTERFACE)
  target_link_libraries(vendor_rapidcheck INTERFACE ${RAPIDCHECK_LIBRARY})
endif()
