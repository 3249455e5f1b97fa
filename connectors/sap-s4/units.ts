// Units of measure: UN/CEFACT Recommendation 20 on our side; on SAP's the ISO code of the unit (T006-ISOCODE), or, where an API
// gives no ISO code, the unit as an English or German user sees it.

/** SAP's ISO codes that Recommendation 20 has under another name. */
const ISO_TO_REC20: Record<string, string> = { PCE: 'H87' }

/** Units as SAP delivers them, English and internal. */
const SAP_TO_REC20: Record<string, string> = {
  PC: 'H87',
  ST: 'H87',
  EA: 'EA',
  AU: 'C62',
  LE: 'C62',
  KG: 'KGM',
  G: 'GRM',
  TO: 'TNE',
  LB: 'LBR',
  OZ: 'ONZ',
  M: 'MTR',
  CM: 'CMT',
  MM: 'MMT',
  KM: 'KMT',
  FT: 'FOT',
  IN: 'INH',
  '"': 'INH',
  YD: 'YRD',
  M2: 'MTK',
  M3: 'MTQ',
  L: 'LTR',
  ML: 'MLT',
  GAL: 'GLL',
  H: 'HUR',
  HR: 'HUR',
  STD: 'HUR',
  DAY: 'DAY',
  TAG: 'DAY',
  MON: 'MON',
  YR: 'ANN',
  JHR: 'ANN',
  DZ: 'DZN',
  PAA: 'PR',
  PAR: 'PR',
  SET: 'SET',
  CAR: 'CT',
  KAR: 'CT',
  CV: 'CS',
  KI: 'CS',
  PAC: 'PK',
  PAK: 'PK',
  BOX: 'BX',
  BT: 'BO',
  FLA: 'BO',
  BAG: 'BG',
  ROL: 'RO',
  PAL: 'PF',
}

export interface Units {
  /** The ISO code SAP takes. */
  toSap(rec20: string): string
  /** `iso` where the API gives it, `unit` else; SAP's own code where nobody knows it. */
  toRec20(iso: string | null, unit: string | null): string
}

/** `own`: an installation's pairs, Recommendation 20 -> SAP's ISO code; they come first, both ways. */
export function makeUnits(own: Record<string, string>): Units {
  const ownBack = new Map(Object.entries(own).map(([rec20, sap]) => [sap, rec20]))
  const isoBack = new Map(Object.entries(ISO_TO_REC20).map(([iso, rec20]) => [rec20, iso]))
  return {
    toSap: (rec20) => own[rec20] ?? isoBack.get(rec20) ?? rec20,
    toRec20(iso, unit) {
      if (iso) return ownBack.get(iso) ?? ISO_TO_REC20[iso] ?? iso
      if (unit) return ownBack.get(unit) ?? SAP_TO_REC20[unit.toUpperCase()] ?? unit
      return 'C62'
    },
  }
}

const KILOGRAMS: Record<string, string> = {
  KG: '1',
  G: '0.001',
  MG: '0.000001',
  TO: '1000',
  LB: '0.45359237',
  OZ: '0.028349523125',
}

/** Kilograms in one of SAP's weight units; undefined for a unit not known. */
export function kilogramsIn(unit: string): string | undefined {
  return KILOGRAMS[unit.toUpperCase()]
}
