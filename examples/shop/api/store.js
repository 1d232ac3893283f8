// Asks the store, by the name that compose gives it.
const url = (key) => `http://store:7000/${key}`;

const get = async (key) => (await fetch(url(key))).text();
const put = async (key, value) => (await fetch(url(key), { method: 'PUT', body: value })).text();
const add = async (key) => (await fetch(url(key), { method: 'POST' })).text();

module.exports = { get, put, add };
