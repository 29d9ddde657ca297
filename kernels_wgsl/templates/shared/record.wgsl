// Words of one record of the ring.
const RECORD_WORDS = {{ RECORD_WORDS }}u;
const RECORD_ID = {{ RECORD_ID }}u;
const RECORD_LOGPROB = {{ RECORD_LOGPROB }}u;
const RECORD_STEP = {{ RECORD_STEP }}u;
const RECORD_TOP_COUNT = {{ RECORD_TOP_COUNT }}u;
const RECORD_TOP_IDS = {{ RECORD_TOP_IDS }}u;
const RECORD_TOP_LOGPROBS = {{ RECORD_TOP_LOGPROBS }}u;
