// SAP's published OData V2 metadata (EDMX) as a CDS service that can be served. SAP's metadata has no referential
// constraints; CDS needs an ON condition for each navigation, or $expand finds nothing and nested items are lost silently.
// The conditions are made of what the two entity types have in common: equal key names.

/** Navigations whose two ends name the document differently: [target's field, source's field]. */
const EXCEPTIONS = {
  'A_OutbDeliveryHeader.to_DeliveryDocumentPartner': [['SDDocument', 'DeliveryDocument']],
  'A_OutbDeliveryPartner.to_Address2': [
    ['DeliveryDocument', 'SDDocument'],
    ['PartnerFunction', 'PartnerFunction'],
  ],
}

/** The text of an EDMX in, the text of a CDS model out: one service, named as SAP's, at `path`, `page` records an answer. */
export function edmxToCds(edmx, path, page) {
  const service = /<Schema Namespace="(\w+)"/.exec(edmx)[1]
  const entities = entityTypes(edmx)
  const bodies = [...entities.values()].map((entity) => {
    const fields = entity.properties.map(
      ({ name, type, key }) =>
        `    ${key ? 'key ' : ''}${name} : ${type}${type.startsWith('String') ? " default ''" : ''};`,
    )
    const navigations = entity.navigations.flatMap((navigation) => {
      const on = onCondition(entity, navigation, entities.get(navigation.target))
      return on ? [`    ${navigation.name} : ${kindOf(navigation)} ${navigation.target} on ${on};`] : []
    })
    return `  entity ${entity.name} {\n${[...fields, ...navigations].join('\n')}\n  };`
  })
  return `@path : '${path}'\n@cds.query.limit.max : ${page}\nservice ${service} {\n${bodies.join('\n')}\n}\n`
}

function entityTypes(edmx) {
  const setOfType = new Map(
    elements(edmx, 'EntitySet').map((set) => [attribute(set, 'EntityType').split('.').at(-1), attribute(set, 'Name')]),
  )
  const associations = new Map()
  for (const [, name, body] of edmx.matchAll(/<Association Name="(\w+)"[^>]*>(.*?)<\/Association>/gs))
    for (const end of elements(body, 'End'))
      associations.set(`${name}/${attribute(end, 'Role')}`, {
        target: setOfType.get(attribute(end, 'Type').split('.').at(-1)),
        many: attribute(end, 'Multiplicity') === '*',
      })
  const entities = new Map()
  for (const [, typeName, body] of edmx.matchAll(/<EntityType Name="(\w+)"[^>]*>(.*?)<\/EntityType>/gs)) {
    const keys = elements(body, 'PropertyRef').map((ref) => attribute(ref, 'Name'))
    const name = setOfType.get(typeName)
    entities.set(name, {
      name,
      keys,
      properties: elements(body, 'Property').map((property) => ({
        name: attribute(property, 'Name'),
        type: cdsType(property),
        key: keys.includes(attribute(property, 'Name')),
      })),
      navigations: elements(body, 'NavigationProperty').map((navigation) => ({
        name: attribute(navigation, 'Name'),
        ...associations.get(
          `${attribute(navigation, 'Relationship').split('.').at(-1)}/${attribute(navigation, 'ToRole')}`,
        ),
      })),
    })
  }
  return entities
}

function elements(xml, name) {
  return xml.match(new RegExp(`<${name} [^>]*>`, 'g')) ?? []
}

function attribute(element, name) {
  return new RegExp(` ${name}="([^"]*)"`).exec(element)?.[1]
}

function cdsType(property) {
  const precision = attribute(property, 'Precision')
  switch (attribute(property, 'Type')) {
    case 'Edm.String':
      return attribute(property, 'MaxLength') ? `String(${attribute(property, 'MaxLength')})` : 'LargeString'
    case 'Edm.Decimal':
      return `Decimal(${precision}, ${attribute(property, 'Scale') ?? 0})`
    // SAP's dates are Edm.DateTime with the time at zero.
    case 'Edm.DateTime':
      return 'Date'
    case 'Edm.DateTimeOffset':
      return 'Timestamp'
    case 'Edm.Time':
      return 'Time'
    case 'Edm.Boolean':
      return 'Boolean'
    case 'Edm.Guid':
      return 'UUID'
    case 'Edm.Double':
      return 'Double'
    default:
      return 'Integer'
  }
}

/** To-many navigations own their targets, so that a deep create makes them; to-one ones point. */
function kindOf(navigation) {
  return navigation.many ? 'Composition of many' : 'Association to'
}

function onCondition(source, navigation, target) {
  if (!target) return undefined
  const fieldsOf = (entity) => new Set(entity.properties.map((property) => property.name))
  const shared = navigation.many
    ? source.keys.filter((key) => fieldsOf(target).has(key))
    : target.keys.filter((key) => fieldsOf(source).has(key))
  const pairs = EXCEPTIONS[`${source.name}.${navigation.name}`] ?? shared.map((key) => [key, key])
  if (pairs.length === 0) return undefined
  return pairs.map(([theirs, ours]) => `${navigation.name}.${theirs} = ${ours}`).join(' and ')
}
