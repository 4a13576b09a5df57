// Apps may not reach into the world: they take the catalogue of what can be simulated from here.
export { catalogue } from '../world/catalogue.ts';
