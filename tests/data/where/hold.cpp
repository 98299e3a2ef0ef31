// C++ code that holds known bytes: containers, `new`, a template, a virtual function. As a library for Python: `hold_native`.
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

#define NOINLINE __attribute__((noinline))

namespace app {

std::vector<std::unique_ptr<char[]>> arrays;
std::vector<std::string> names;
std::vector<std::vector<double>> numbers;

NOINLINE void hold_arrays(std::size_t mib) {
    for (std::size_t i = 0; i < mib; i++) {
        arrays.emplace_back(new char[1 << 20]);
        std::memset(arrays.back().get(), 1, 1 << 20);
    }
}

NOINLINE void hold_strings(std::size_t mib) {
    names.reserve(mib * 1024);
    for (std::size_t i = 0; i < mib * 1024; i++) names.emplace_back(1000, 'x');
}

template <typename T> struct Pool {
    NOINLINE void hold_vector(std::size_t mib) { numbers.emplace_back(mib * (1 << 20) / sizeof(T), T(1)); }
};

} // namespace app

extern "C" void hold_native(int mib) { app::hold_arrays(static_cast<std::size_t>(mib)); }

#ifndef LIBRARY
int main(int argc, char **argv) {
    std::size_t mib = argc > 1 ? static_cast<std::size_t>(std::atoi(argv[1])) : 20;
    app::hold_arrays(mib);
    app::hold_strings(mib);
    app::Pool<double>().hold_vector(mib);
    usleep(1000000);
}
#endif
