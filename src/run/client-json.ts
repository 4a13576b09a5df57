// How the API server reads JSON that clients send: for who serves it over a network.
export { type JsonText, readJson } from '../world/kubernetes/schema/read-json.ts';
