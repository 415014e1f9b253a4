// SPDX-License-Identifier: Apache-2.0
//
// Prints the table of docs/kafka-options.md.
#include <iostream>

#include "kafka/client_option_table.h"

int main() { std::cout << sluice::kafka::OptionTableAsMarkdown(); }
