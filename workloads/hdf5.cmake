# How the profile `quick` compiles libhdf5: as fast as the compiler can. hdf5.mk hands this file to cmake, and Cargo.toml
# gives the profile the build type below. Other profiles keep the flags of libhdf5.
if(CMAKE_BUILD_TYPE STREQUAL "MinSizeRel")
    set(HDF5_ENABLE_ALL_WARNINGS OFF CACHE BOOL "")
    # Without optimisation.
    set(CMAKE_C_FLAGS_MINSIZEREL "-DNDEBUG" CACHE STRING "")
    # libhdf5 adds more warnings that have no switch. They take a quarter of the compiler's time.
    if(CMAKE_HOST_SYSTEM_NAME STREQUAL "Linux")
        set(CMAKE_C_COMPILE_OBJECT
            "<CMAKE_C_COMPILER> <DEFINES> -DNDEBUG <INCLUDES> -std=gnu11 -fPIC -w -o <OBJECT> -c <SOURCE>")
    endif()
endif()
