// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { n as claim, r as readLedger, t as Ledger } from "./engines-process-ledger.js";

export { Ledger, claim, readLedger };