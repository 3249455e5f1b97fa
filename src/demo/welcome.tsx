// The first page a newcomer sees: what this is, where to click, and the demo's secrets, which are no secrets.

import { demoPassword, demoPeople } from './credentials.ts'

export function Welcome({ hubUrl }: { hubUrl: string }) {
  return (
    <>
      <h1>From cart to invoice, end to end</h1>
      <p className="lead">
        A buyer opens a supplier’s shop from inside their procurement system, fills a cart, and it comes back as a
        requisition. The order that follows goes into the supplier’s ERP; confirmation, ship notice and invoice go back.
        This hub stands between them. Everything below runs in this one process.
      </p>
      <ul className="cards">
        <Card
          title="Buyer simulator"
          href="/demo/buyer"
          action="Start as a buyer"
          icon="M4 5h16v11H4zM9 20h6M12 16v4M8 9h8M8 12h5"
        >
          Be SAP Ariba or SAP of the City of Almere: fill a cart, bring it back, order it. Shows every document that
          goes out and comes back. Begin here.
        </Card>
        <Card
          title="Demo storefront"
          href="/demo/store"
          action="Look at the shop"
          icon="M4 9l1.5-5h13L20 9M4 9v11h16V9M4 9h16M9 20v-6h6v6"
        >
          The shop of Demo Office Supplies, with order history, tracking, invoices and credit. It knows nothing of cXML,
          OCI or the ERP, only the hub’s API: an example for your own.
        </Card>
        <Card
          title="Buy without punchout"
          href="/demo/store/sign-in"
          action="Sign in at the shop"
          icon="M4 5h2l2 11h10l2-8H7M9 20h.01M17 20h.01"
        >
          Sign in as the buyer, fill the cart and ask for it. Over 500 euro the approver decides, at /approvals or by
          the mail’s link; then it goes to the ERP. Budgets count it beside the punchouts.
        </Card>
        <Card
          title="Sign in"
          href="/sign-in"
          action="Sign in as a person"
          icon="M12 12a4 4 0 100-8 4 4 0 000 8zM4 21c0-4 4-6 8-6s8 2 8 6"
        >
          Be one of the people below: the customer’s admin, a buyer in two companies, an approver, or the seller’s own.
          What the hub mails them is in the demo’s mailbox.
        </Card>
        <Card title="API" href="/api/docs" action="Read the API" icon="M8 6l-5 6 5 6M16 6l5 6-5 6M13.5 4l-3 16">
          What a storefront calls, and how partners, ERP connections, orders and documents are administered. OpenAPI
          3.1.
        </Card>
      </ul>
      <section className="table" aria-labelledby="secrets">
        <table className="fold">
          <caption id="secrets">
            Demo credentials at <code>{hubUrl}</code>, refused when NODE_ENV=production
          </caption>
          <thead>
            <tr>
              <th>Who</th>
              <th>Where</th>
              <th>Credentials</th>
            </tr>
          </thead>
          <tbody>
            <Row who="Ariba of the City of Almere" where="POST /cxml">
              From and Sender <code>NetworkID AN01000000001</code>, To <code>DUNS 123456789</code>, SharedSecret{' '}
              <code>demo-secret</code>
            </Row>
            <Row who="SAP of the City of Almere" where="GET or POST /oci/almere-sap">
              <code>USERNAME=demo</code>, <code>PASSWORD=demo-secret</code>
            </Row>
            <Row who="The storefront" where="/api/v1">
              Basic <code>demo-store</code> : <code>demo-store-secret</code>
            </Row>
            <Row who="Administration" where="POST /oauth/token">
              <code>demo-admin</code> : <code>demo-admin-secret</code>
            </Row>
            {demoPeople.map(({ email, name, role, of }) => (
              <Row key={email} who={`${name}, ${role} of the ${of}`} where="/sign-in">
                <code>{email}</code>, <code>{demoPassword}</code>
              </Row>
            ))}
          </tbody>
        </table>
      </section>
      <p>
        <a href="/demo/mail">The demo’s mailbox</a>: every mail the hub would have sent.
      </p>
    </>
  )
}

function Card(props: { title: string; href: string; action: string; icon: string; children: string }) {
  return (
    <li className="card">
      <svg
        className="icon"
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.8"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
      >
        <path d={props.icon} />
      </svg>
      <h2>{props.title}</h2>
      <p className="soft">{props.children}</p>
      <p className="foot">
        <a className="button" href={props.href}>
          {props.action}
        </a>
      </p>
    </li>
  )
}

function Row({ who, where, children }: { who: string; where: string; children: React.ReactNode }) {
  return (
    <tr>
      <td className="lead-cell">{who}</td>
      <td className="lead-cell">
        <code>{where}</code>
      </td>
      <td className="lead-cell">{children}</td>
    </tr>
  )
}
