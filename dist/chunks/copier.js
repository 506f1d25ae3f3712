// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { n as registrySource, r as registryTarget, t as createCopier } from "./registry-copy-copier.js";

export { createCopier, registrySource, registryTarget };