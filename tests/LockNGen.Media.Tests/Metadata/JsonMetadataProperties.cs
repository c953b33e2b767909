using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;

namespace LockNGen.Media.Tests.Metadata;

/// <summary>For any text in models, latents and drawings: it is gone, lengths are right, and buffers, tensors and shapes are what they were.</summary>
public sealed class JsonMetadataProperties
{
    private static readonly JsonSerializerOptions Raw = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void Glb_WithAnyExtras_LosesThemAndKeepsItsBuffers() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(50),
        Prop.ForAll((from text in Words.Texts from padding in Gen.Elements(' ', '\0') select (text, padding)).ToArbitrary(), given =>
        {
            var model = Fixture.Read("model.glb");
            var (json, rest) = Parts(model);
            json.Remove("extras");
            json["asset"]!.AsObject().Remove("extras");
            var expected = json.ToJsonString();
            json["asset"]!["extras"] = new JsonObject { ["prompt"] = given.text };
            json["extras"] = new JsonArray(given.text, 1);
            foreach (var node in json["nodes"]?.AsArray() ?? [])
                node!["extras"] = given.text;

            var cleaned = Cleaned.Of(Glb(json.ToJsonString(Raw), given.padding, rest));

            Words.AreIn(cleaned, given.text).ShouldBeFalse();
            BinaryPrimitives.ReadInt32LittleEndian(cleaned.AsSpan(8)).ShouldBe(cleaned.Length);
            var (kept, keptRest) = Parts(cleaned);
            JsonNode.DeepEquals(kept, JsonNode.Parse(expected)).ShouldBeTrue();
            keptRest.ShouldBe(rest);
        }));

    [Fact]
    public void Safetensors_WithAnyMetadata_LoseItAndKeepTheirTensors() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(50),
        Prop.ForAll(Words.Texts.ToArbitrary(), text =>
        {
            // Names may have letters that JSON writers like to escape.
            var tensors = $"\"blocks.🙂\u2028.{{}}\":{{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
            var header = Encoding.UTF8.GetBytes($"{{\"__metadata__\":{{\"prompt\":{JsonSerializer.Serialize(text, Raw)}}},{tensors}}}");
            byte[] file = [.. BitConverter.GetBytes((long)header.Length), .. header, 1, 2, 3, 4];

            var cleaned = Cleaned.Of(file);

            Words.AreIn(cleaned, text).ShouldBeFalse();
            cleaned.Length.ShouldBe(file.Length);
            Encoding.UTF8.GetString(cleaned[8..^4]).TrimEnd().ShouldBe($"{{{tensors}}}");
            cleaned[^4..].ShouldBe([1, 2, 3, 4]);
        }));

    [Fact]
    public void Svg_WithAnyMetadata_LosesItAndDrawsTheSame() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(50),
        Prop.ForAll(Words.Texts.ToArbitrary(), text =>
        {
            var drawing = Encoding.UTF8.GetString(Fixture.Read("drawing.svg"));
            var shapes = XDocument.Parse(drawing, LoadOptions.PreserveWhitespace);
            shapes.Descendants().Where(e => e.Name.LocalName is "metadata" or "desc").ToList().ForEach(e => e.Remove());
            shapes.DescendantNodes().OfType<XComment>().ToList().ForEach(c => c.Remove());
            var at = drawing.LastIndexOf("</", StringComparison.Ordinal);
            var escaped = new XText(text).ToString();
            var tagged = drawing.Insert(at, $"<metadata a='>'><![CDATA[{text}]]><desc>{escaped}</desc></metadata><?xpacket {text.Replace("?>", "", StringComparison.Ordinal)}?><desc>{escaped}</desc><!--{text}-->");

            var cleaned = Encoding.UTF8.GetString(Cleaned.Of(Encoding.UTF8.GetBytes(tagged)));

            Words.AreIn(Encoding.UTF8.GetBytes(cleaned), text).ShouldBeFalse();
            XNode.DeepEquals(XDocument.Parse(cleaned, LoadOptions.PreserveWhitespace), shapes).ShouldBeTrue();
        }));

    private static (JsonObject Json, byte[] Buffers) Parts(byte[] glb)
    {
        var end = 20 + BinaryPrimitives.ReadInt32LittleEndian(glb.AsSpan(12));
        return (JsonNode.Parse(glb.AsSpan(20, end - 20).TrimEnd((byte)0))!.AsObject(), glb[end..]);
    }

    private static byte[] Glb(string json, char padding, byte[] rest)
    {
        List<byte> text = [.. Encoding.UTF8.GetBytes(json)];
        while (text.Count % 4 != 0)
            text.Add((byte)padding);
        byte[] glb = [.. "glTF"u8, 2, 0, 0, 0, 0, 0, 0, 0, .. BitConverter.GetBytes(text.Count), .. "JSON"u8, .. text, .. rest];
        BinaryPrimitives.WriteInt32LittleEndian(glb.AsSpan(8), glb.Length);
        return glb;
    }
}
