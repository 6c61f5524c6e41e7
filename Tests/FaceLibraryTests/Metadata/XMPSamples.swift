/// Packets as other programs write them.
enum XMPSamples {
    /// As digiKam writes it: both schemas, structures as resources and as attributes.
    static func digiKam(width: Int, height: Int) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <?xpacket begin="\u{FEFF}" id="W5M0MpCehiHzreSzNTczkc9d"?>
        <x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
         <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
          <rdf:Description rdf:about=""
            xmlns:digiKam="http://www.digikam.org/ns/1.0/"
            xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"
            xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#"
            xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#"
            xmlns:MP="http://ns.microsoft.com/photo/1.2/"
            xmlns:MPRI="http://ns.microsoft.com/photo/1.2/t/RegionInfo#"
            xmlns:MPReg="http://ns.microsoft.com/photo/1.2/t/Region#"
            digiKam:PickLabel="0">
           <digiKam:TagsList><rdf:Seq><rdf:li>People/Anna &amp; Co</rdf:li></rdf:Seq></digiKam:TagsList>
           <mwg-rs:Regions rdf:parseType="Resource">
            <mwg-rs:AppliedToDimensions stDim:w="\(width)" stDim:h="\(height)" stDim:unit="pixel"/>
            <mwg-rs:RegionList>
             <rdf:Bag>
              <rdf:li>
               <rdf:Description mwg-rs:Name="Anna &amp; Co" mwg-rs:Type="Face">
                <mwg-rs:Area stArea:x="0.3" stArea:y="0.4" stArea:w="0.2" stArea:h="0.1" stArea:unit="normalized"/>
               </rdf:Description>
              </rdf:li>
              <rdf:li rdf:parseType="Resource">
               <mwg-rs:Type>Face</mwg-rs:Type>
               <mwg-rs:Area rdf:parseType="Resource"><stArea:x>0.75</stArea:x><stArea:y>0.5</stArea:y>
                <stArea:w>0.1</stArea:w><stArea:h>0.2</stArea:h><stArea:unit>normalized</stArea:unit></mwg-rs:Area>
              </rdf:li>
              <rdf:li rdf:parseType="Resource"><mwg-rs:Name>Rex</mwg-rs:Name><mwg-rs:Type>Pet</mwg-rs:Type>
               <mwg-rs:Area stArea:x="0.5" stArea:y="0.9" stArea:w="0.1" stArea:h="0.1"/></rdf:li>
             </rdf:Bag>
            </mwg-rs:RegionList>
           </mwg-rs:Regions>
           <MP:RegionInfo rdf:parseType="Resource">
            <MPRI:Regions>
             <rdf:Bag>
              <rdf:li MPReg:PersonDisplayName="Anna &amp; Co" MPReg:Rectangle="0.2, 0.35, 0.2, 0.1"/>
              <rdf:li><rdf:Description MPReg:PersonDisplayName="Bea" MPReg:Rectangle="0.0,0.0,0.1,0.1"/></rdf:li>
              <rdf:li MPReg:PersonDisplayName="Nowhere"/>
             </rdf:Bag>
            </MPRI:Regions>
           </MP:RegionInfo>
          </rdf:Description>
         </rdf:RDF>
        </x:xmpmeta>
        <?xpacket end="w"?>
        """
    }

    /// A packet of one face by the working group's schema.
    static func one(_ name: String, x: Double, y: Double, w: Double, h: Double, sides: (Int, Int)? = nil) -> String {
        let applied = sides.map {
            "<m:AppliedToDimensions><rdf:Description d:w='\($0.0)' d:h='\($0.1)' d:unit='pixel'/></m:AppliedToDimensions>"
        }
        return """
            <rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about=''
             xmlns:m='http://www.metadataworkinggroup.com/schemas/regions/'
             xmlns:a='http://ns.adobe.com/xmp/sType/Area#' xmlns:d='http://ns.adobe.com/xap/1.0/sType/Dimensions#'>
            <m:Regions><rdf:Description>\(applied ?? "")<m:RegionList><rdf:Bag><rdf:li><rdf:Description m:Name='\(name)'
             m:Type='Face'><m:Area a:x='\(x)' a:y='\(y)' a:w='\(w)' a:h='\(h)' a:unit='normalized'/></rdf:Description>
            </rdf:li></rdf:Bag></m:RegionList></rdf:Description></m:Regions></rdf:Description></rdf:RDF>
            """
    }
}
