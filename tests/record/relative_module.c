int function_of_a_relative_module(void);

int function_of_a_relative_module(void) { return 1; }
