// What the metadata does not have: ETags where SAP has them, the function import that gives an invoice's PDF, and credit management,
// whose metadata nobody published: entity and field names are those SAP documents, the rest is ours.
using { API_SALES_ORDER_SRV } from './API_SALES_ORDER_SRV';
using { API_BILLING_DOCUMENT_SRV } from './API_BILLING_DOCUMENT_SRV';

annotate API_SALES_ORDER_SRV.A_SalesOrder with { LastChangeDateTime @odata.etag };
annotate API_BILLING_DOCUMENT_SRV.A_BillingDocument with { LastChangeDateTime @odata.etag };

extend service API_BILLING_DOCUMENT_SRV with {
  function GetPDF(BillingDocument : String) returns { BillingDocumentBinary : LargeString };
}

@path : '/odata/v4/API_CRDTMBUSINESSPARTNER'
@cds.query.limit.max : 7
service API_CRDTMBUSINESSPARTNER {
  entity CreditManagementAccount {
    key BusinessPartner : String(10);
    key CreditSegment : String(10);
    BusinessPartnerIsCritical : Boolean;
    CreditAccountIsBlocked : Boolean;
    CreditAccountBlockReason : String(2) default '';
    CreditAccountResubmissionDate : Date;
    CreditLimitAmount : Decimal(16, 3);
    CreditLimitValidityEndDate : Date;
    CreditLimitLastChangeDate : Date;
    CreditLimitCalculatedAmount : Decimal(16, 3);
    CreditLimitIsZero : Boolean;
    CreditLimitRequestedAmount : Decimal(16, 3);
    CreditSegmentCurrency : String(5) default '';
  };
}
