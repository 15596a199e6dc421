// Parts of the API that the page uses where they are there.
export const has = {subscriptions: false};
