using System.Text;
using LockNGen.ComfyDoors.Http;

namespace LockNGen.ComfyDoors.Tests.Http;

public sealed class RequestJsonTests
{
    [Theory]
    [InlineData("""{"is_changed":[NaN],"max":Infinity,"min":-Infinity}""", """{"is_changed":[null],"max":null,"min":null}""")]
    [InlineData("""{"text":"NaN and \"-Infinity\" \\","x":NaN}""", """{"text":"NaN and \u0022-Infinity\u0022 \\","x":null}""")]
    [InlineData("\uFEFF{\"a\":1}", """{"a":1}""")]
    public void Body_ThatPythonWrote_IsRead(string python, string json) =>
        RequestJson.Parse(Encoding.UTF8.GetBytes(python)).ShouldNotBeNull().ToJsonString().ShouldBe(json);

    [Theory]
    [InlineData("NaN")]
    [InlineData("{\"a\":NaN")]
    [InlineData("{\"a\":\"NaN")]
    [InlineData("{NaN:1}")]
    public void Garbage_StaysGarbage(string text) => RequestJson.Parse(Encoding.UTF8.GetBytes(text)).ShouldBeNull();

    [Theory]
    [InlineData("true", true)]
    [InlineData("1", true)]
    [InlineData("-0.5", true)]
    [InlineData("\"yes\"", true)]
    [InlineData("[0]", true)]
    [InlineData("{\"a\":0}", true)]
    [InlineData("false", false)]
    [InlineData("0", false)]
    [InlineData("0.0", false)]
    [InlineData("\"\"", false)]
    [InlineData("[]", false)]
    [InlineData("{}", false)]
    [InlineData("null", false)]
    public void Flag_IsWhatPythonTakesForTrue(string value, bool isSet) =>
        RequestJson.Parse(Encoding.UTF8.GetBytes($"{{\"flag\":{value}}}"))!.IsSet("flag").ShouldBe(isSet);
}
