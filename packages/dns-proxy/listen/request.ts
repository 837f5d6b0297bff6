/** No question is longer, with all its options. */
export const MOST_REQUEST = 4096;

/** Device ids as they may stand in paths and server names; lower case of them is what the policy gets. */
export const DEVICE_ID = /^[a-z0-9-]{1,63}$/i;
