// jest runs each suite in a realm of its own, where the errors that Node itself makes (ECONNRESET, ENOENT...) are no
// instances of that realm's Error. In production they are; here they are too, so that the code under test sees them alike.
import { types } from 'node:util';

const inherited = Function.prototype[Symbol.hasInstance];

Object.defineProperty(Error, Symbol.hasInstance, {
  /** @param {unknown} thing */
  value(thing) {
    return inherited.call(this, thing) || (this === Error && types.isNativeError(thing));
  },
});
