// Numbers of the host functions; host/abi.go holds the same list, in the same
// order, and a test compares them.
const FIRST_FUNCTION = 16;
const OP_LOG = 3;
const OP_RANDOM = 5;
const OP_FETCH = FIRST_FUNCTION + 0;
const OP_DIGEST = FIRST_FUNCTION + 1;
const OP_HMAC = FIRST_FUNCTION + 2;
const OP_STORAGE_GET = FIRST_FUNCTION + 3;
const OP_STORAGE_SET = FIRST_FUNCTION + 4;
const OP_STORAGE_REMOVE = FIRST_FUNCTION + 5;
const OP_STORAGE_CLEAR = FIRST_FUNCTION + 6;
const OP_STORAGE_KEYS = FIRST_FUNCTION + 7;
const OP_STORAGE_HAS = FIRST_FUNCTION + 8;
const OP_URL_PARSE = FIRST_FUNCTION + 9;
const OP_URL_SET = FIRST_FUNCTION + 10;
const FIRST_EMBEDDER_FUNCTION = FIRST_FUNCTION + 11;
