#!/usr/bin/python3
"""Fills a new Tryton database with the world of fixtures/erp/tryton/world.json: company, chart of accounts, fiscal years, VAT,
units, articles with stock, customers with addresses and credit limits, price lists, a carrier, and the users.

Usage: seed.py DATABASE_URI TRYTOND_CONF WORLD_JSON
"""
import datetime as dt
import json
import sys
from decimal import Decimal

from proteus import Model, Wizard, config

URI, CONF, WORLD = sys.argv[1:]
with open(WORLD, encoding='utf-8') as file:
    world = json.load(file)
session = config.set_trytond(URI, config_file=CONF)
today = dt.date.today()


def find_one(model, *domain):
    (record,) = Model.get(model).find(list(domain))
    return record


def by_xml_id(model, xml_id):
    module, name = xml_id.split('.')
    data = find_one('ir.model.data', ('module', '=', module), ('fs_id', '=', name))
    return Model.get(model)(data.db_id)


def make(model, **values):
    record = Model.get(model)(**values)
    record.save()
    return record


def progress(what):
    print(f'  {what}', flush=True)


# ---- Countries (by hand: pycountry is not needed for a handful) and currency.
countries = {}
for code, name in (('NL', 'Netherlands'), ('BE', 'Belgium'), ('DE', 'Germany'), ('FR', 'France'), ('GB', 'United Kingdom')):
    countries[code] = make('country.country', name=name, code=code)
euro = make('currency.currency', name='Euro', code='EUR', symbol='€', numeric_code='978', rounding=Decimal('0.01'), digits=2)


def fill_address(address, given):
    address.party_name = given.get('name')
    address.street = given['street']
    address.postal_code = given['postalCode']
    address.city = given['city']
    address.country = countries[given['country']]
    return address


def vat_id(party, vat):
    if vat:
        identifier = party.identifiers.new()
        identifier.type = 'eu_vat'
        identifier.code = vat


# ---- Company.
about = world['company']
party = Model.get('party.party')(name=about['name'])
fill_address(party.addresses[0], about['address'])
vat_id(party, about['vatId'])
party.save()
wizard = Wizard('company.company.config')
wizard.execute('company')
wizard.form.party = party
wizard.form.currency = euro
wizard.execute('add')
session._context = Model.get('res.user').get_preferences(True, {})
company = find_one('company.company')
progress('company')

# ---- Chart of accounts, fiscal years (last year to in five years), journals.
wizard = Wizard('account.create_chart')
wizard.execute('account')
wizard.form.account_template = by_xml_id('account.account.template', 'account.account_template_root_en')
wizard.form.company = company
wizard.execute('create_account')
accounts = {
    kind: Model.get('account.account').find([(f'type.{kind}', '=', True), ('company', '=', company.id)], limit=1)[0]
    for kind in ('receivable', 'payable', 'revenue', 'expense')
}
cash = find_one('account.account', ('name', '=', 'Main Cash'))
vat_account = find_one('account.account', ('name', '=', 'Main Tax'))
wizard.form.account_receivable = accounts['receivable']
wizard.form.account_payable = accounts['payable']
wizard.execute('create_properties')

move_type = find_one('ir.sequence.type', ('name', '=', 'Account Move'))
invoice_type = find_one('ir.sequence.type', ('name', '=', 'Invoice'))
for year in range(today.year - 1, today.year + 6):
    fiscal_year = Model.get('account.fiscalyear')(name=str(year), company=company)
    fiscal_year.start_date, fiscal_year.end_date = dt.date(year, 1, 1), dt.date(year, 12, 31)
    fiscal_year.post_move_sequence = make('ir.sequence', name=str(year), sequence_type=move_type, company=company)
    (sequences,) = fiscal_year.invoice_sequences
    for name, prefix in (('out_invoice', 'IN'), ('out_credit_note', 'CN'), ('in_invoice', 'SI'), ('in_credit_note', 'SC')):
        number = make('ir.sequence.strict', name=f'{prefix} {year}', sequence_type=invoice_type, company=company,
            prefix=f'{prefix}{year}-', padding=5)
        setattr(sequences, f'{name}_sequence', number)
    fiscal_year.click('create_period')
company.cancel_invoice_out = True
company.save()
cash_journal = find_one('account.journal', ('type', '=', 'cash'))
make('account.invoice.payment.method', name='Bank', journal=cash_journal, credit_account=cash, debit_account=cash)
progress('accounts and fiscal years')

# ---- VAT, with the categories of EN 16931 (UNCL5305).
vat_group = make('account.tax.group', name='VAT', code='VAT', kind='both')


def vat(name, rate, category, notice=None):
    return make('account.tax', name=name, description=name, group=vat_group, type='percentage', rate=Decimal(rate), company=company,
        invoice_account=vat_account, credit_note_account=vat_account, unece_code='VAT', unece_category_code=category,
        legal_notice=notice)


taxes = {'21': vat('VAT 21 %', '0.21', 'S'), '9': vat('VAT 9 %', '0.09', 'S')}
intra = vat('Intra-Community 0 %', '0', 'K', 'Intra-Community supply, Article 138 Directive 2006/112/EC')
rule = Model.get('account.tax.rule')(name='Intra-Community customer', company=company, kind='sale')
for tax in taxes.values():
    line = rule.lines.new()
    line.group, line.origin_tax, line.tax = Model.get('account.tax.group')(vat_group.id), tax, Model.get('account.tax')(intra.id)
rule.save()
tax_rules = {'intra-community': rule}

terms = {}
for days in sorted({customer['paymentDays'] for customer in world['customers']}):
    term = Model.get('account.invoice.payment_term')(name=f'{days} days net')
    line = term.lines.new(type='remainder')
    (line.relativedeltas[0] if line.relativedeltas else line.relativedeltas.new()).days = days
    term.save()
    terms[days] = term
progress('VAT and payment terms')

# ---- Units: what Tryton has no unit for gets one in a category of its own, with its UN/CEFACT code.
Uom = Model.get('product.uom')
units = {unit.unece_code: unit for unit in Uom.find([('unece_code', '!=', None)])}
for code, name in (('BX', 'Box'), ('RM', 'Ream'), ('SET', 'Set'), ('CA', 'Canister')):
    kind = make('product.uom.category', name=name)
    units[code] = make('product.uom', name=name, symbol=code, category=kind, rounding=1.0, digits=0, factor=1.0, rate=1.0,
        unece_code=code)
carton = make('product.uom', name='Carton of 5 reams', symbol='CT', category=units['RM'].category, rounding=1.0, digits=0,
    factor=5.0, rate=0.2, unece_code='CT')

# ---- Articles with their stock.
categories = {
    percent: Model.get('product.category')(name=f'Goods {percent} %', accounting=True, account_revenue=accounts['revenue'],
        account_expense=accounts['expense'])
    for percent in taxes
}
for percent, category in categories.items():
    category.customer_taxes.append(find_one('account.tax', ('id', '=', taxes[percent].id)))
    category.save()
office = make('product.category', name='Office supplies')
products = {}


def article(number, name, unit, price, percent, *, text=None, service=False, per='1'):
    template = Model.get('product.template')(name=name, default_uom=units[unit], type='service' if service else 'goods', salable=True,
        list_price=Decimal(price) / Decimal(per), account_category=categories[percent])
    template.categories.append(Model.get('product.category')(office.id))
    (product,) = template.products
    product.suffix_code = number
    product.cost_price = (Decimal(price) / Decimal(per) * Decimal('0.6')).quantize(Decimal('0.000001'))
    product.description = text
    template.save()
    products[number] = template.products[0]


for given in world['articles']:
    article(given['number'], given['name'], given['unit'], given['prices'][0]['price'], given['taxPercent'], text=given['text'],
        service=given['service'], per=given['priceUnit'])
freight = world['freightArticle']
article(freight['number'], freight['name'], 'C62', freight['price'], '21', service=True)
inventory = Model.get('stock.inventory')(location=find_one('stock.location', ('code', '=', 'STO')))
for given in world['articles']:
    if not given['service']:
        inventory.lines.new(product=products[given['number']], quantity=float(given['stock']), expected_quantity=0.0)
inventory.click('confirm')
progress(f'{len(products)} articles with stock')

# ---- Carrier and the parcels it takes.
carrier_party = make('party.party', name=world['carrier'])
make('carrier', party=carrier_party, carrier_product=products[freight['number']])
make('stock.package.type', name=world['packageType'])

# ---- Price lists: quantity breaks for everybody, contracts for some.
everybody = Model.get('product.price_list')(name='Web shop', company=company, unit='product_default')
breaks = [
    (given['number'], step) for given in world['articles'] for step in sorted(given['prices'][1:], key=lambda s: -float(s['from']))
]
for sequence, (number, step) in enumerate(breaks, 1):
    everybody.lines.new(sequence=sequence, product=products[number], quantity=float(step['from']), formula=step['price'])
everybody.save()
sale_configuration = Model.get('sale.configuration')(1)
sale_configuration.sale_price_list = everybody
sale_configuration.save()
contracts = {}
for contract in world['contractPrices']:
    price_list = Model.get('product.price_list')(name=contract['name'], company=company, unit='product_default')
    price_list.lines.new(sequence=1, product=products[contract['article']], formula=contract['price'],
        start_date=dt.date.fromisoformat(contract['from']), end_date=dt.date.fromisoformat(contract['to']))
    for sequence, (number, step) in enumerate(breaks, 2):
        price_list.lines.new(sequence=sequence, product=products[number], quantity=float(step['from']), formula=step['price'])
    price_list.save()
    contracts[contract['customer']] = price_list
progress('carrier and price lists')

# ---- Customers.
customers = make('party.category', name=world['customerCategory'])
for given in world['customers']:
    party = Model.get('party.party')(name=given['name'], code=given['code'], customer_payment_term=terms[given['paymentDays']])
    for n, place in enumerate(given['addresses']):
        address = fill_address(party.addresses[0] if n == 0 else party.addresses.new(), place)
        address.sequence, address.invoice, address.delivery = n + 1, place.get('invoice', False), place.get('delivery', False)
    vat_id(party, given['vatId'])
    if given['email']:
        party.contact_mechanisms.new(type='email', value=given['email'])
    if given['creditLimit']:
        party.credit_limit_amount = Decimal(given['creditLimit'])
    if given.get('taxRule'):
        party.customer_tax_rule = tax_rules[given['taxRule']]
    if given['code'] in contracts:
        party.sale_price_list = contracts[given['code']]
    if given.get('groups'):
        party.sale_invoice_grouping_method = party.sale_shipment_grouping_method = 'standard'
    party.categories.append(Model.get('party.category')(customers.id))
    party.save()
progress(f"{len(world['customers'])} customers")

# ---- Users. The hub sells, and reads what it needs beyond that; a group of its own says what.
Access, Group, User = Model.get('ir.model.access'), Model.get('res.group'), Model.get('res.user')
hub_group = make('res.group', name='Procurement hub')
for model in ('account.move', 'account.move.line', 'stock.package', 'stock.package.type'):
    Access(model=find_one('ir.model', ('model', '=', model)), group=hub_group, perm_read=True, perm_write=False, perm_create=False,
        perm_delete=False).save()


def user(login, group_ids):
    given = world['users'][login]
    made = User(name=given['name'], login=login, password=given['password'])
    for group in group_ids:
        made.groups.append(Group(group))
    made.save()
    made.companies.append(Model.get('company.company')(company.id))
    made.company = Model.get('company.company')(company.id)
    made.save()


group_id = lambda xml_id: by_xml_id('res.group', xml_id).id
user('hub', [group_id('sale.group_sale'), group_id('sale_amendment.group_sale_amendment'), hub_group.id])
user('clerk', [group_id(g) for g in ('sale.group_sale', 'sale.group_sale_admin', 'account.group_account', 'account.group_account_admin',
    'stock.group_stock', 'product.group_product_admin', 'party.group_party_admin', 'account_credit_limit.group_credit_limit')])
progress('users')
