// Asks the queue, by the name that compose gives it.
const url = (name) => `http://queue:7000/${name}`;

const put = (name, item) => fetch(url(name), { method: 'POST', body: item });
const list = async (name) => (await fetch(url(name))).json();
/** The oldest item, or nothing; it is gone from the queue then. */
const take = async (name) => (await fetch(url(name), { method: 'DELETE' })).text();

module.exports = { put, list, take };
