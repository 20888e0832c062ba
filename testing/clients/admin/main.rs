//! The admin API as its own description says: a client that knows nothing else sends what `/openapi.json` allows and what it forbids.

mod contract;
